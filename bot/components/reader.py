"""stub"""
class Reader:
    def read(self, text): return {}
