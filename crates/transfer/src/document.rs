//! Reading one large JSON document piece by piece: the elements of its lists of records, and its other fields.
//!
//! Only the frame is looked at here; each piece is cut out by its quotes and brackets and parsed on its own. So a
//! record that is no JSON spoils nothing but itself, and no more than one piece is in memory.

mod bytes;

use std::io::Read;

use bytes::Bytes;
use serde_json::Value;

use crate::fields::parse;
use crate::{ImportError, Refusal};

/// A piece of a document.
#[derive(Debug, PartialEq)]
pub(crate) enum Item {
    /// A field that is no list of records.
    Field {
        /// Its name.
        name: String,
        /// Its value.
        value: Result<Value, Refusal>,
    },
    /// An element of a list of records.
    Element {
        /// The name of the list; empty when the document is the list.
        list: String,
        /// The element.
        value: Result<Value, Refusal>,
    },
}

enum Frame {
    Object,
    List(String),
}

pub(crate) struct Document<'n, R> {
    bytes: Bytes<R>,
    /// The names of lists of records.
    lists: &'n [&'n str],
    /// The names of objects that are looked into.
    containers: &'n [&'n str],
    frames: Vec<Frame>,
    /// Whether a comma or an end comes next.
    after_item: bool,
    started: bool,
    /// The list that was entered last.
    list: Option<String>,
}

impl<'n, R: Read> Document<'n, R> {
    pub(crate) fn new(reader: R, lists: &'n [&'n str], containers: &'n [&'n str]) -> Self {
        Self {
            bytes: Bytes::new(reader),
            lists,
            containers,
            frames: Vec::new(),
            after_item: false,
            started: false,
            list: None,
        }
    }

    /// The name of the list that was entered last.
    pub(crate) fn list(&self) -> Option<&str> {
        self.list.as_deref()
    }

    pub(crate) fn next_item(&mut self) -> Result<Option<Item>, ImportError> {
        if !self.started {
            self.started = true;
            self.bytes.skip_mark()?;
            match self.bytes.next_visible()? {
                Some(b'{') => self.frames.push(Frame::Object),
                Some(b'[') => self.enter(String::new()),
                _ => return Err(self.bytes.syntax("neither an object nor a list starts")),
            }
        }
        loop {
            let item = match self.frames.last() {
                None => return self.end(),
                Some(Frame::Object) => self.field()?,
                Some(Frame::List(name)) => {
                    let name = name.clone();
                    self.element(name)?
                }
            };
            if item.is_some() {
                return Ok(item);
            }
        }
    }

    fn enter(&mut self, name: String) {
        self.list = Some(name.clone());
        self.frames.push(Frame::List(name));
        self.after_item = false;
    }

    fn leave(&mut self) {
        self.frames.pop();
        self.after_item = true;
    }

    /// Whether the frame goes on; takes the comma or the closing bracket.
    fn goes_on(&mut self, close: u8) -> Result<bool, ImportError> {
        match (self.bytes.peek_visible()?, self.after_item) {
            (Some(byte), _) if byte == close => {
                self.bytes.next_visible()?;
                self.leave();
                Ok(false)
            }
            (Some(b','), true) => {
                self.bytes.next_visible()?;
                Ok(true)
            }
            (Some(_), false) => Ok(true),
            (Some(_), true) => Err(self.bytes.syntax("neither a comma nor a closing bracket stands")),
            (None, _) => Err(self.bytes.syntax("the file is cut off")),
        }
    }

    fn field(&mut self) -> Result<Option<Item>, ImportError> {
        if !self.goes_on(b'}')? {
            return Ok(None);
        }
        if self.bytes.peek_visible()? != Some(b'"') {
            return Err(self.bytes.syntax("no field name stands"));
        }
        let name: String = match serde_json::from_slice(&self.bytes.value()?) {
            Ok(name) => name,
            Err(_) => return Err(self.bytes.syntax("a field name is not valid")),
        };
        if self.bytes.next_visible()? != Some(b':') {
            return Err(self.bytes.syntax("no colon stands"));
        }
        match self.bytes.peek_visible()? {
            Some(b'[') if self.lists.contains(&name.as_str()) => {
                self.bytes.next_visible()?;
                self.enter(name);
                Ok(None)
            }
            Some(b'{') if self.containers.contains(&name.as_str()) && self.frames.len() == 1 => {
                self.bytes.next_visible()?;
                self.frames.push(Frame::Object);
                self.after_item = false;
                Ok(None)
            }
            _ => {
                let value = parse(&self.bytes.value()?);
                self.after_item = true;
                Ok(Some(Item::Field { name, value }))
            }
        }
    }

    fn element(&mut self, list: String) -> Result<Option<Item>, ImportError> {
        if !self.goes_on(b']')? {
            return Ok(None);
        }
        let value = parse(&self.bytes.value()?);
        self.after_item = true;
        self.bytes.count_record();
        Ok(Some(Item::Element { list, value }))
    }

    fn end(&mut self) -> Result<Option<Item>, ImportError> {
        match self.bytes.peek_visible()? {
            None => Ok(None),
            Some(_) => Err(self.bytes.syntax("something stands after the end of the document")),
        }
    }
}

#[cfg(test)]
mod tests;
