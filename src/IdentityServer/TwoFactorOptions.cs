using System.ComponentModel.DataAnnotations;

namespace IdentityServer;

/// <summary>Second factors.</summary>
public sealed class TwoFactorOptions
{
    /// <summary>Days for which people may trust a browser, so that no second factor is asked for there; 0: they may not. Default: 30.</summary>
    [Range(0, 400)]
    public int TrustDays { get; set; } = 30;
}
