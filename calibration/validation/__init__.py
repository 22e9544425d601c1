"""What the evidence says of the model: forecast test, fit of every target, patterns; as a report in two languages."""
