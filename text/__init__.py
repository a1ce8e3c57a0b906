"""What classifiers, queues and alerts share about text: normal form, masking, and one search key across scripts."""
