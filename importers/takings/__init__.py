"""Daily takings: till reports (Z), card settlements and Swish reports, as the CSV files that their programs export."""
