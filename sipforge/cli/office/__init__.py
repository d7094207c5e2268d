"""What is arranged in the office: groups, menus, hours, trunks, forwarding, codes, and how it is applied."""
