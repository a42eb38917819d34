using System.Net;
using System.Net.Sockets;

namespace IdentityServer.Quotas;

/// <summary>What counts as one caller on the network: an IPv4 address, or the /64 that an IPv6 address is in.</summary>
public static class Network
{
    /// <summary>The network of an address; <see cref="IPAddress.None"/> if it is not known.</summary>
    public static IPAddress Of(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily is not AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
