"""Fills: from a survey's file to a published release."""
