//! A panic's message can hold the text that was being worked on; what goes to the log is only where it happened.

/// From now on, a panic anywhere in the process is logged with its place and without its message, because the message of,
/// say, a wrong string index holds a part of the resident's question. To be called once, by the program that serves.
pub fn log_panics_without_text() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        let thread = std::thread::current();
        tracing::error!(%place, thread = thread.name().unwrap_or("unnamed"), "a panic; its message is withheld");
    }));
}
