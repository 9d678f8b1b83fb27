"""Spaces: places that companies share, drawn as plans from what the chain says of them."""

from pocplatform.web.spaces.pages import router

__all__ = ["router"]
