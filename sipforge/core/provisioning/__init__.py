"""What telephones fetch to set themselves up, as text: Linphone, Yealink, Grandstream."""
