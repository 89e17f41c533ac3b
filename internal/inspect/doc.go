// Package inspect looks at files that people upload, where a bad file can do no harm.
//
// Run starts the program's own binary once more as a child, which parses the
// file with 256 MiB of memory, 10 seconds of processor time, no network where the
// system lets us take it away, an empty environment and no way to write files
// (FILE-6). Types are told by content, never by name, and only types that the
// rules list pass (FILE-1); archives never do (FILE-2). Dimensions are read from
// the header before anything is decoded. An image is encoded anew as JPEG: its
// orientation is applied, everything else that it carried is gone (FILE-5). A PDF
// is validated and passes as it came, without scripts, attachments or passwords.
//
// The memory limit is RLIMIT_DATA, which the child sets on itself, hard, before
// it reads a byte: RLIMIT_AS would count address space that the Go runtime only
// reserves. The network is taken away by a network namespace of the child's own;
// where the kernel refuses that to us, the child still runs, and the service's
// unit or container should deny it the network.
//
// The package never looks for viruses, never keeps a file, and never believes
// the child: an answer that is not exactly as agreed is fault.Unavailable. The
// caller bounds how many inspections run at once: each may take 256 MiB.
package inspect
