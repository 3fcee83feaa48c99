"""What the guide pages (办事指南) say: everything comes from the type's class, its policy and the guide files, so that a
guide cannot promise what the checks refuse."""

from .services import CLIENTS, Service, found_by, front, grouped, service, services

__all__ = ["CLIENTS", "Service", "found_by", "front", "grouped", "service", "services"]
