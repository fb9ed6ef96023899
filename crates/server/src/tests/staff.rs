//! The staff console, driven as a browser without a script would.

mod accounts;
mod client;
mod evidence;
mod pages;
mod talking;
