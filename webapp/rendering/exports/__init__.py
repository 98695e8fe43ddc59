"""Chats as files: JSON, which can be brought in again, Markdown and HTML, and all in an archive."""
