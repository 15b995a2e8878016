"""Folders of media: files found, their headers read, their labels told; bytes are read where they are used."""
