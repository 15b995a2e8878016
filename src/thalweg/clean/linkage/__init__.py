"""Records that are about the same thing and share no key: compared, judged by a model trained without labels."""
