//! The README of the workspace, so that its examples are compiled.

#![doc = include_str!("../../README.md")]
