"""What was said on the wire: capture files and live traffic, to Modbus messages matched with their requests."""
