"""Statistics and optimisation on data frames: demand, safety stock, transfer plan. No database, no screen."""
