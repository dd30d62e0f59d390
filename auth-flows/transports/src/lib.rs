#![doc = include_str!("../README.md")]

pub mod over_attohttpc;
pub mod over_reqwest_middleware;
