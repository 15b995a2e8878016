"""What runs in a rival's own environment, by its Python: these files import nothing of this project."""
