using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a shared library and marks its need of one symbol version as weak (VER_FLG_WEAK), so that ld.so loads the copy
/// where the system's library has no such version. That is safe only where the version serves one symbol that nothing is
/// bound to, which is checked: ELF64 for x86-64, exactly the symbol named under the version, no relocation that refers to
/// it, and no need of a newer libstdc++ than the one allowed. Anything else is an error, and no copy is written.
/// The structures are those of the System V ABI and the Linux Standard Base, "Symbol Versioning".
/// </summary>
public sealed class WeakenVersionNeed : Task
{
    private const uint Rela = 4, Rel = 9, DynamicSymbols = 11, VersionNeeds = 0x6ffffffe, SymbolVersions = 0x6fffffff;
    private const ushort X64 = 62, WeakFlag = 2;
    private const string Family = "GLIBCXX_3.4.";

    private byte[] file;
    private Section[] sections;

    /// <summary>The library as it came.</summary>
    [Required]
    public string Source { get; set; }

    /// <summary>Where the copy goes.</summary>
    [Required]
    public string Destination { get; set; }

    /// <summary>The version whose need is made weak: GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; }

    /// <summary>The one symbol of that version which may be there, unused.</summary>
    [Required]
    public string Symbol { get; set; }

    /// <summary>The newest other version of libstdc++ that the library may need: GLIBCXX_3.4.30.</summary>
    [Required]
    public string Newest { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            file = File.ReadAllBytes(Source);
            ReadSections();
            var needs = ReadVersionNeeds();
            Check(needs);
            file[needs[Version].Offset + 4] |= (byte)WeakFlag;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Destination)));
            File.WriteAllBytes(Destination, file);
            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException || exception is IOException || exception is UnauthorizedAccessException)
        {
            Log.LogError("{0}: {1}", Source, exception.Message);
        }
        catch (Exception exception) when (exception is ArgumentException || exception is IndexOutOfRangeException || exception is OverflowException)
        {
            Log.LogError("{0}: the file is damaged: its tables point outside of it.", Source);
        }

        return false;
    }

    private void ReadSections()
    {
        if (file.Length < 64 || file[0] != 0x7f || file[1] != 'E' || file[2] != 'L' || file[3] != 'F' || file[4] != 2 || file[5] != 1 || UInt16(18) != X64)
        {
            throw new InvalidDataException("not an ELF64 library for x86-64.");
        }

        var start = Offset(40);
        sections = Enumerable.Range(0, UInt16(60)).Select(index => start + (index * UInt16(58))).Select(header => new Section(
            UInt32(header + 4), Offset(header + 24), Offset(header + 32), checked((int)UInt32(header + 40)))).ToArray();
    }

    /// <summary>Every version that the library needs of others, by name: its index in the table of symbols, and its place.</summary>
    private Dictionary<string, (ushort Index, int Offset)> ReadVersionNeeds()
    {
        var section = Only(VersionNeeds);
        var names = sections[section.Link].Offset;
        var needs = new Dictionary<string, (ushort Index, int Offset)>();
        for (int library = section.Offset, next = -1; next != 0; library += next)
        {
            next = checked((int)UInt32(library + 12));
            var need = library + checked((int)UInt32(library + 8));
            for (var left = UInt16(library + 2); left > 0; left--, need += checked((int)UInt32(need + 12)))
            {
                needs[Text(names, UInt32(need + 8))] = ((ushort)(UInt16(need + 6) & 0x7fff), need);
            }
        }

        return needs;
    }

    private void Check(Dictionary<string, (ushort Index, int Offset)> needs)
    {
        if (!needs.ContainsKey(Version))
        {
            throw new InvalidDataException($"it does not need {Version}. If a new release no longer does, this build step can go.");
        }

        var tooNew = needs.Keys.Where(name => name != Version && Number(name) > Number(Newest)).ToArray();
        if (tooNew.Length > 0)
        {
            throw new InvalidDataException($"besides {Version} it needs {string.Join(", ", tooNew)}, and {Newest} is the newest allowed.");
        }

        var symbols = Only(DynamicSymbols);
        var versions = Only(SymbolVersions);
        var users = Enumerable.Range(0, versions.Size / 2).Where(symbol => (UInt16(versions.Offset + (2 * symbol)) & 0x7fff) == needs[Version].Index).ToArray();
        var names = users.Select(symbol => Text(sections[symbols.Link].Offset, UInt32(symbols.Offset + (24 * symbol)))).ToArray();
        if (names.Length != 1 || names[0] != Symbol)
        {
            throw new InvalidDataException($"{Version} is needed for {(names.Length == 0 ? "no symbol" : string.Join(", ", names))}, expected {Symbol} alone.");
        }

        if (sections.Where(section => section.Type == Rela || section.Type == Rel).Any(table => RefersTo(table, users[0])))
        {
            throw new InvalidDataException($"a relocation refers to {Symbol}, so it is used and its version must stay.");
        }
    }

    private bool RefersTo(Section relocations, int symbol)
    {
        var size = relocations.Type == Rela ? 24 : 16;
        return Enumerable.Range(0, relocations.Size / size).Any(index => UInt32(relocations.Offset + (size * index) + 12) == symbol);
    }

    private Section Only(uint type)
    {
        var found = sections.Where(section => section.Type == type).ToArray();
        return found.Length == 1 ? found[0] : throw new InvalidDataException($"expected one section of type 0x{type:x}, found {found.Length}.");
    }

    private static int Number(string version) =>
        version.StartsWith(Family, StringComparison.Ordinal) && int.TryParse(version.Substring(Family.Length), out var number) ? number : 0;

    private string Text(int table, uint at)
    {
        var start = table + checked((int)at);
        return Encoding.ASCII.GetString(file, start, Array.IndexOf(file, (byte)0, start) - start);
    }

    private ushort UInt16(int offset) => BitConverter.ToUInt16(file, offset);

    private uint UInt32(int offset) => BitConverter.ToUInt32(file, offset);

    private int Offset(int offset) => checked((int)BitConverter.ToInt64(file, offset));

    private readonly struct Section
    {
        public Section(uint type, int offset, int size, int link)
        {
            Type = type;
            Offset = offset;
            Size = size;
            Link = link;
        }

        public uint Type { get; }

        public int Offset { get; }

        public int Size { get; }

        public int Link { get; }
    }
}
