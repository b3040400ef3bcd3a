"""What pages show, as pure functions: questions to the marts as values, and rows made readable. No Streamlit here."""
