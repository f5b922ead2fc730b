"""What registers mean: references, value types, points, and the plan of reads that fetches them."""
