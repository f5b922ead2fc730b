"""Finding devices and saying what they are; nothing here ever writes to one."""
