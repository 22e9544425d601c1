"""What a facilitator needs beside the screen: guesses, notes with a timer, the whole city, files."""
