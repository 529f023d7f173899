//! Giving everything away, to be kept elsewhere.

use std::ops::ControlFlow;

use ports::{DumpRequest, DumpSink};

use crate::EngineError;
use crate::capability::Admin;

impl Admin {
    /// Gives memories as they stand at one moment, deleted ones too when they are asked for, with their edges and the vectors
    /// of the model in use. Others go on writing meanwhile. [`ControlFlow::Break`] when the sink ended it.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn export(
        &self,
        request: DumpRequest,
        sink: Box<dyn DumpSink>,
    ) -> Result<ControlFlow<()>, EngineError> {
        Ok(self.space().store().await?.dump(request, sink).await?)
    }
}
