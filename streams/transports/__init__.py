"""What carries events: the embedded SQLite log and Kafka, each with its Faust driver."""
