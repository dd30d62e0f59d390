//! The macro that defines one operation for each endpoint, and the parts of an operation.

pub(crate) mod body;
pub(crate) mod call_parts;
mod cursor;
pub(crate) mod errors;
pub(crate) mod page;
pub(crate) mod paging;
pub(crate) mod response;
mod validate;

/// Defines the operation of an endpoint: its struct, its setters, and how it is sent, read and
/// followed.
///
/// ```text
/// operation! {
///     /// What it does, in one sentence.
///     pub Name: METHOD "/path/{id}" -> Shape<Record>, POLICY;
///     at(id(into IdList));          values of the braces in the path, in order: arguments of `new`
///     with(taxon_id(u64));          setters that `new` calls: required values
///     preset(uuid(fresh_uuid()));   setters that `new` calls with a value of its own
///     ids 30, 200;                  the default and the largest number of ids; adds `one`
///     pages 30, 200 by id;          the default and the largest page; followed `by id` or
///                                   `by number`; neither for a list without a second page
///     once "observation" "uuid";    the field of the body that makes a repeated write
///                                   idempotent; adds `without_repeat`
///     shared filters, pages;        macros with setters that several endpoints share
///     query { … }                   setters as in `auth_core::parameters!`
///     body "comment" { … }          the same, into that object of the JSON body; "" for the body
///                                   itself; may be repeated
///     upload Photo "file" { icon; } a setter for a file in that part of the body, which becomes a
///                                   form; `Photo` or `Sound`
///     form always;                  a form even without a file
/// }
/// ```
///
/// All clauses but the first are optional; their order is fixed. `Shape` is one of
///
/// | shape | response | output |
/// | --- | --- | --- |
/// | `Page<T>` | `{total_results, page, per_page, results: [T]}` | `Page<T>` |
/// | `List<T>` | the same, or the bare list `[T]` | `Page<T>` |
/// | `One<T>` | the first of such results, or the bare record | `T` |
/// | `Whole<T>` | the whole body; `Empty` if it does not matter | `T` |
/// | `Bytes<()>` | anything | `Vec<u8>` |
/// | `Export<()>` | observations in another format, counted in headers | `v0::observations::Exported` |
macro_rules! operation {
    (
        $(#[$meta:meta])*
        pub $Name:ident: $METHOD:ident $path:literal -> $Shape:ident<$Record:ty>, $policy:expr;
        $(at($($at:ident($($at_kind:tt)+)),+);)?
        $(with($($with:ident($($with_kind:tt)+)),+);)?
        $(preset($($preset:ident($preset_value:expr)),+);)?
        $(ids $ids:expr, $most_ids:expr;)?
        $(pages $usual:expr, $most:expr $(, by $by:ident)?;)?
        $(once $once_nest:literal $once_name:literal;)?
        $(shared $($shared:ident),+;)?
        $(query { $($query:tt)* })?
        $(body $nest:literal { $($body:tt)* })*
        $(upload $Medium:ident $part:literal { $(#[$file_meta:meta])* $file:ident; })?
        $(form $form:ident;)?
    ) => {
        $(#[$meta])*
        #[doc = ""]
        #[doc = concat!("`", stringify!($METHOD), " ", $path, "`")]
        pub struct $Name<T = $Record> {
            query: auth_core::Query,
            parts: $crate::operation::call_parts::CallParts,
            of: std::marker::PhantomData<fn() -> T>,
        }

        impl $Name {
            /// Creates the operation with its required values.
            #[inline]
            #[must_use]
            pub fn new(
                $($($at: operation!(@type $($at_kind)+),)+)?
                $($($with: operation!(@type $($with_kind)+),)+)?
            ) -> Self {
                $($(let $at = operation!(@value $at, $($at_kind)+);)+)?
                Self {
                    query: auth_core::Query::default(),
                    parts: $crate::operation::call_parts::CallParts::new(http::Method::$METHOD, $path, &[$($(&$at),+)?]),
                    of: std::marker::PhantomData,
                }
                $($(.$with($with))+)?
                $($(.$preset($preset_value))+)?
            }
        }

        impl<T> $Name<T> {
            const RULES: $crate::operation::paging::Rules = $crate::operation::paging::Rules {
                ids: operation!(@pair $($ids, $most_ids)?),
                pages: operation!(@pair $($usual, $most)?),
                by_id: operation!(@by_id $($($by)?)?),
                once: operation!(@pair $($once_nest, $once_name)?),
                form: operation!(@form $($form)?),
            };

            $($($shared! {})+)?
            $(auth_core::parameters! { $($query)* })?
            $(operation! { @fields $nest; $($body)* })*
            $(
                $(#[$file_meta])*
                #[must_use]
                pub fn $file(mut self, file: impl Into<$crate::upload::Upload>) -> Self {
                    self.parts.content().attach($part, $crate::upload::Medium::$Medium, file.into());
                    self
                }
            )?

            /// Sets a parameter that has no setter here. Setting it again replaces it.
            #[must_use]
            pub fn param(
                mut self,
                name: impl Into<std::borrow::Cow<'static, str>>,
                value: impl std::fmt::Display,
            ) -> Self {
                self.query.set(name, value);
                self
            }

            operation! { @free $($nest)* }

            /// Reads the records into another type: your own struct, or `serde_json::Value` for all
            /// fields. To follow pages, implement [`Identified`](crate::model::Identified) for it.
            #[must_use]
            pub fn of<U>(self) -> $Name<U> {
                $Name {
                    query: self.query,
                    parts: self.parts,
                    of: std::marker::PhantomData,
                }
            }
        }

        impl<T: serde::de::DeserializeOwned> $Name<T> {
            /// Returns the bytes of the response, unread.
            #[must_use]
            pub fn raw(self) -> $crate::operation::response::Raw<Self> {
                $crate::operation::response::Raw::new(self)
            }
        }

        impl<T: serde::de::DeserializeOwned> auth_core::Operation for $Name<T> {
            type Output = operation!(@output $Shape T);

            fn policy(&self) -> auth_core::CallPolicy {
                self.parts.policy($policy, &Self::RULES)
            }

            fn request(&self, base: &auth_core::BaseUrl) -> Result<auth_core::Request, auth_core::Error> {
                let request = self.parts.request(base, &self.query, &Self::RULES)?;
                Ok(operation!(@accept $Shape request))
            }

            fn parse(&self, response: auth_core::Response) -> Result<Self::Output, auth_core::Error> {
                operation!(@read $Shape &response)
            }
        }

        $(operation! { @once $Name $once_name })?
        operation! { @default $Name $($($at)+)? $($($with)+)? }
        $(operation! { @one $Name $most_ids })?
        $($(operation! { @paged $by $Name $path, $policy })?)?

        impl<T> Clone for $Name<T> {
            fn clone(&self) -> Self {
                Self {
                    query: self.query.clone(),
                    parts: self.parts.clone(),
                    of: std::marker::PhantomData,
                }
            }
        }

        impl<T> std::fmt::Debug for $Name<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.parts.show(stringify!($Name), &self.query, f)
            }
        }
    };

    (@one $Name:ident $most:expr) => {
        impl<T: serde::de::DeserializeOwned> $Name<T> {
            /// Reads the record of a single id, in place of a page. Fails if iNaturalist has no
            /// such record.
            #[must_use]
            pub fn one(self) -> $crate::operation::response::OneRecord<Self> {
                let ids = self.parts.ids();
                $crate::operation::response::OneRecord::new(self, ids)
            }
        }
    };

    (@once $Name:ident $name:literal) => {
        impl<T> $Name<T> {
            /// Sends the request only once, even if its response is lost. By default it is sent
            /// again, because it carries a UUID.
            ///
            /// That iNaturalist creates no second record for the same UUID was read for v2's
            /// observations, for photos and for sounds. It is not verified for v1's observations,
            /// and none of it was tried.
            #[must_use]
            pub fn without_repeat(mut self) -> Self {
                self.parts.never_repeat();
                self
            }
        }
    };

    (@default $Name:ident) => {
        impl Default for $Name {
            #[inline]
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $Name:ident $($given:ident)+) => {};

    (@pair) => { None };
    (@pair $first:expr, $second:expr) => { Some(($first, $second)) };
    (@by_id id) => { true };
    (@by_id $($other:ident)?) => { false };

    (@form) => { None };
    (@form always) => { Some($crate::operation::body::form) };

    (@type into $Type:ty) => { impl Into<$Type> };
    (@type $Type:ty) => { $Type };
    (@value $value:ident, into $Type:ty) => { Into::<$Type>::into($value) };
    (@value $value:ident, $Type:ty) => { $value };

    (@output Page $T:ident) => { $crate::operation::page::Page<$T> };
    (@output List $T:ident) => { $crate::operation::page::Page<$T> };
    (@output One $T:ident) => { $T };
    (@output Whole $T:ident) => { $T };
    (@output Bytes $T:ident) => { Vec<u8> };
    (@output Export $T:ident) => { $crate::operation::response::Exported };
    (@read Page $response:expr) => { $crate::operation::errors::json($response) };
    (@read List $response:expr) => { $crate::operation::response::list($response) };
    (@read One $response:expr) => { $crate::operation::response::one($response) };
    (@read Whole $response:expr) => { $crate::operation::response::whole($response) };
    (@read Bytes $response:expr) => { $crate::operation::response::bytes($response) };
    (@read Export $response:expr) => { $crate::operation::response::exported($response) };

    (@accept Bytes $request:ident) => { $crate::operation::response::accept_anything($request) };
    (@accept $Shape:ident $request:ident) => { $request };

    (@fields $nest:literal; $($(#[$meta:meta])* $name:ident($($kind:tt)+);)*) => {
        $(
            $(#[$meta])*
            #[must_use]
            pub fn $name(mut self, value: operation!(@type $($kind)+)) -> Self {
                let name = stringify!($name).trim_start_matches("r#");
                self.parts.content().set($nest, name.into(), operation!(@value value, $($kind)+));
                self
            }
        )*
    };
    (@free) => {};
    (@free $nest:literal $($more:literal)*) => {
        /// Sets a field of the body that has no setter here.
        #[must_use]
        pub fn field(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
            self.parts.content().set($nest, name.into(), value.into());
            self
        }
    };

    (@paged $by:ident $Name:ident $path:literal, $policy:expr) => {
        impl $Name {
            /// Restores a cursor that was stored with [`to_text`](Self::to_text): the list
            /// continues from there. [`of`](Self::of) reads on into another type.
            ///
            /// # Errors
            /// [`ErrorKind::Usage`](auth_core::ErrorKind::Usage) if the text is truncated, of
            /// another list, or of another version of this crate's cursors.
            #[inline]
            pub fn from_text(text: &str) -> Result<Self, auth_core::Error> {
                let (parts, query) = $crate::operation::call_parts::CallParts::from_text($policy.api(), $path, text)?;
                Ok(Self {
                    query,
                    parts,
                    of: std::marker::PhantomData,
                })
            }
        }

        impl<T> $Name<T> {
            /// Returns the cursor of this list as one line of text. Store it, and continue with
            /// [`from_text`](Self::from_text).
            ///
            /// The text has the parameters and a few numbers, but no record and no secret. Stored
            /// after a page, it requests the next page; stored after an error, it requests the page
            /// that failed.
            #[must_use]
            pub fn to_text(&self) -> String {
                self.parts.to_text($policy.api(), &self.query)
            }

            /// Returns how far the list has been followed, also across a stored cursor.
            #[must_use]
            pub fn progress(&self) -> $crate::operation::paging::Progress {
                self.parts.progress()
            }
        }

        impl<T: serde::de::DeserializeOwned + $crate::model::Identified> auth_core::Paged for $Name<T> {
            type Item = T;

            fn begin(mut self) -> Self {
                $crate::operation::call_parts::CallParts::begin(&mut self.query, &Self::RULES);
                self
            }

            fn split_page(mut self, page: $crate::operation::page::Page<T>) -> auth_core::PageParts<Self> {
                let (items, more) = self.parts.split_page(&mut self.query, page, &Self::RULES);
                auth_core::PageParts {
                    items,
                    total: self.parts.progress().total,
                    next: more.then_some(self),
                }
            }
        }
    };
}
pub(crate) use operation;
