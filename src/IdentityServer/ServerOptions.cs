using System.ComponentModel.DataAnnotations;

namespace IdentityServer;

/// <summary>What an operator sets, in the section <c>IdentityServer</c> of .NET's usual configuration sources.</summary>
public sealed class ServerOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "IdentityServer";

    /// <summary>What stands in the configuration and could not be read.</summary>
    internal IReadOnlyList<string> Unreadable { get; set; } = [];

    /// <summary>
    /// The address under which people and applications reach the server, such as <c>https://login.example.com</c>: the issuer, and
    /// the start of every link. May be left out only while the server listens on loopback addresses alone.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>The folder for the embedded database and the master key. Default: <c>data</c> where the server is started.</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>Which database.</summary>
    public DatabaseOptions Database { get; set; } = new();

    /// <summary>The path of a kickstart file, run once on an empty database.</summary>
    public string? Kickstart { get; set; }

    /// <summary>
    /// 32 bytes in base64 with which keys are sealed at rest. Left out, one is made in the data folder; several nodes must share one.
    /// </summary>
    public string? MasterKey { get; set; }

    /// <summary>The folder of themes. Default: the themes that came with the server.</summary>
    public string? ThemesDirectory { get; set; }

    /// <summary>The first administrator, if not made by <c>/setup</c>.</summary>
    public AdministratorOptions? Administrator { get; set; }

    /// <summary>Brakes against guessing and flooding.</summary>
    public RateLimitOptions RateLimits { get; set; } = new();

    /// <summary>Lifetimes of sign-ins.</summary>
    public SessionOptions Sessions { get; set; } = new();

    /// <summary>Addresses of proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> count. Default: none.</summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>
    /// Hosts that may be fetched from although they are not on the public network, or speak plain http: where clients of your own
    /// publish their keys (<c>jwks_uri</c>). Default: none; any host on the public network is fetched from over https.
    /// </summary>
    public IList<string> OutgoingHosts { get; } = [];
}

/// <summary>Which database.</summary>
public sealed class DatabaseOptions
{
    /// <summary><c>sqlite</c> (embedded, the default) or <c>postgres</c>.</summary>
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>The connection string; for SQLite the default is the file <c>identityserver.db</c> in the data folder.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether the server brings the database up to date at start; if not, run <c>migrate</c>.</summary>
    public bool AutoMigrate { get; set; } = true;
}

/// <summary>Databases that the server runs on.</summary>
public enum DatabaseProvider
{
    /// <summary>Embedded, one process.</summary>
    Sqlite,

    /// <summary>Shared by several nodes.</summary>
    Postgres,
}

/// <summary>The first administrator.</summary>
public sealed class AdministratorOptions
{
    /// <summary>The e-mail address.</summary>
    public string Email { get; set; } = string.Empty;

    /// <summary>The password; at least 15 characters.</summary>
    public string Password { get; set; } = string.Empty;
}

/// <summary>Brakes against guessing and flooding.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Whether they are on. Off is for load tests.</summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>Lifetimes of sign-ins.</summary>
public sealed class SessionOptions
{
    /// <summary>Minutes without use after which a sign-in ends. Default: 60.</summary>
    [Range(1, 525_600)]
    public int IdleMinutes { get; set; } = 60;

    /// <summary>Hours after which a sign-in ends in any case. Default: 12.</summary>
    [Range(1, 8_760)]
    public int AbsoluteHours { get; set; } = 12;

    /// <summary>Days that "keep me signed in" lasts, without an idle limit. Default: 30.</summary>
    [Range(1, 400)]
    public int KeepSignedInDays { get; set; } = 30;
}
