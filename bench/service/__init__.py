"""`make bench-service`: a pipeline served by Netherfield and by Flask, beside each other."""
