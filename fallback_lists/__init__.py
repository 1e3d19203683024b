"""The printed manual lists. They come with the outage modes; see ARCHITECTURE.md."""
