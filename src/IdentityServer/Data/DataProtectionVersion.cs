using System.Reflection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace IdentityServer.Data;

/// <summary>
/// Refuses a framework whose data protection has a known hole: it seals signing keys, cookies and half-done sign-ins, so nothing else
/// would stand. The framework comes from the machine, not with the server, and may be old.
/// </summary>
internal static class DataProtectionVersion
{
    private static readonly Version Least = new(10, 0, 7);

    /// <summary>Throws if the framework is too old.</summary>
    /// <exception cref="InvalidOperationException">It is.</exception>
    public static void Require()
    {
        var assembly = typeof(KeyManagementOptions).Assembly;
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? string.Empty;
        if (!Suffices(version))
        {
            throw new InvalidOperationException(
                $"The installed ASP.NET Core is too old ({version}): its data protection has a known hole. Install {Least} or later.");
        }
    }

    /// <summary>Whether a version such as <c>10.0.12+95017c7</c> is new enough; what can't be read is not.</summary>
    public static bool Suffices(string version) =>
        Version.TryParse(version.AsSpan(0, version.IndexOfAny(['+', '-']) is >= 0 and var end ? end : version.Length), out var parsed) && parsed >= Least;
}
