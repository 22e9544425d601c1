"""`jiangmen update`: the ensemble weighed anew by years that have been observed (plan 8.4, yearly monitoring)."""
