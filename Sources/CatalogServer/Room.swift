import Hummingbird
import HummingbirdTLS
import HummingbirdHTTP2
import JWTKit
import Crypto
