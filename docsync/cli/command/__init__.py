"""One small module for each command or group of alike commands; imported when the command is called."""
