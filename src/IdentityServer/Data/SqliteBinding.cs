using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SQLitePCL;

namespace IdentityServer.Data;

/// <summary>
/// Makes EF Core's SQLite provider run on SQLitePCLRaw 2.0.6 and on the operating system's SQLite.
/// </summary>
/// <remarks>
/// Microsoft.Data.Sqlite 10 asks for the assembly SQLitePCLRaw.core 2.1.13, which the package source does not hold.
/// 2.0.6 has every member that it calls except <c>sqlite3_load_extension</c>, which we never use. Delete this file, and
/// the NU1605 exception in the project file, once SQLitePCLRaw 2.1.13 can be restored.
/// </remarks>
internal static class SqliteBinding
{
    private const string CoreAssembly = "SQLitePCLRaw.core";
    private const string PackagedLibrary = "e_sqlite3";
    private const string SystemLibrary = "libsqlite3.so.0";

    /// <summary>Where SQLite came from: the operating system's library, which gets its security updates, or the packaged one.</summary>
    public static string Source { get; private set; } = PackagedLibrary;

    /// <summary>The version of the library that was loaded, such as <c>3.40.1</c>.</summary>
    public static string Version => raw.sqlite3_libversion().utf8_to_string();

#pragma warning disable CA2255 // The binding must stand before any code of this assembly touches SQLite.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Initialize()
    {
        AssemblyLoadContext.Default.Resolving += static (context, name) =>
            name.Name == CoreAssembly
                ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, CoreAssembly + ".dll"))
                : null;
        SetProvider();
    }

    // Apart, so that the resolver above stands before the runtime looks for the types below.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SetProvider()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path)
    {
        if (library != PackagedLibrary || !NativeLibrary.TryLoad(SystemLibrary, out var handle))
        {
            return 0; // The runtime's own search finds the packaged library.
        }

        Source = SystemLibrary;
        return handle;
    }
}
