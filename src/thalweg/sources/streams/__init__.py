"""Streams of JSON lines, cut into counted micro-batches: standard input, a file that grows, Kafka."""
