"""Maps from and to what others use: sheets, Telegraf, Home Assistant, SunSpec models, Markdown."""
