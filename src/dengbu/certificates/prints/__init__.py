"""Certificates and proofs as PDF."""

from dengbu.certificates.prints.certificate import (
    CertificatePage,
    Overprint,
    ProofPage,
    UnitLine,
    certificate,
    proof,
)

__all__ = ["CertificatePage", "Overprint", "ProofPage", "UnitLine", "certificate", "proof"]
