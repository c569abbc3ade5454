"""One module for each tool: which configurations are tried, and how the tool is started. See wire/generate.py."""
