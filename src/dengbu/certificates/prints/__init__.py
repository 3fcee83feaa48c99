"""Certificates and proofs as PDF."""

from dengbu.certificates.prints.certificate import CertificatePage, Overprint, ProofPage, certificate, proof

__all__ = ["CertificatePage", "Overprint", "ProofPage", "certificate", "proof"]
