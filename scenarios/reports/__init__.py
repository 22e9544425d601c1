"""What every report shares: blocks, numbers as people read them, charts, and writers of Markdown, HTML and Word."""
