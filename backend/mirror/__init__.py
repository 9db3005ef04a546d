"""The mirror from the service's side: its commands, and what members may ask of it."""
