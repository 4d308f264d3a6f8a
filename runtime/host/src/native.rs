//! How a module of Rust functions is declared for the TypeScript sources.

/// Defines `$module`, a native module that exports functions by these names, and further values by `with`.
macro_rules! native_module {
    ($(#[$attribute:meta])* $module:ident $(with $($further:literal),+ by $fill:path)?;
     $($name:literal = $function:expr;)*) => {
        $(#[$attribute])*
        pub struct $module;
        impl ::rquickjs::module::ModuleDef for $module {
            fn declare(declarations: &::rquickjs::module::Declarations<'_>) -> ::rquickjs::Result<()> {
                $(declarations.declare($name)?;)*
                $($(declarations.declare($further)?;)+)?
                Ok(())
            }
            fn evaluate<'js>(
                ctx: &::rquickjs::Ctx<'js>,
                exports: &::rquickjs::module::Exports<'js>,
            ) -> ::rquickjs::Result<()> {
                $(exports.export($name, ::rquickjs::Function::new(ctx.clone(), $function)?)?;)*
                $($fill(ctx, exports)?;)?
                Ok(())
            }
        }
    };
}
pub(crate) use native_module;
