/// How long a test waits for what must come.
///
/// One limit for every wait: a machine that is busy with all the other tests has been seen to take forty seconds for what an
/// idle one does in one. It only ends a run that is stuck, with a word of where; no test fails or passes by how fast it is.
package enum Patience {
    /// For what counts in seconds, such as the socket of a thread that may block.
    package static let seconds = 300

    /// For a loop that looks at a condition.
    package static let limit = Duration.seconds(seconds)
}
