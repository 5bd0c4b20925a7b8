"""Train networks, resumably; find learning rates and search recipes."""
