"""Columns are recognised by their names in many languages, however they are written."""

import pytest

from core.datasets.dataset import read_dataset
from core.datasets.intake import inspect_source
from core.datasets.label_list import Columns
from core.system.errors import JobFailed
from tests.core.datasets.lists import attributes_of, write_list


@pytest.mark.parametrize(
    "header",
    [
        "File_Name;Label;Patient ID;Split;Age;Sex;View",
        "DATEINAME;Befund;Patienten-ID;Aufteilung;Patientenalter;Geschlecht;Aufnahmerichtung",
        "Nom du fichier;Étiquette;Identifiant patient;Partition;Âge;Sexe;Incidence",
        "Nombre del archivo;Diagnóstico;ID paciente;Partición;Edad;Sexo;Proyección",
        "nome file;diagnosi;id_paziente;partizione;età;sesso;proiezione",
        "Nome do arquivo;Rótulo;ID do paciente;Conjunto;Idade;Sexo;Incidência",
        "Bestandsnaam;Bevinding;Patiëntnummer;Verdeling;Leeftijd;Geslacht;Projectie",
        "Nazwa pliku;Rozpoznanie;ID pacjenta;Podział;Wiek;Płeć;Projekcja",
        "nazwa_pliku;rozpoznanie;id_pacjenta;podzial;wiek;plec;projekcja",
    ],
)
def test_columns_in_many_languages(tmp_path, header):
    path = write_list(tmp_path, f"n;{header}\n1;a.png;no;7;train;61;F;PA\n2;b.png;yes;8;test;62;M;LL\n")
    names = header.split(";")
    assert inspect_source(path).columns == Columns(*names[:4])
    assert attributes_of(path)["b.png"] == {"age": "62", "sex": "M", "view": "LL"}


def test_nih_columns(tmp_path):
    path = write_list(
        tmp_path,
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
        "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n"
        "00000001_000.png,Cardiomegaly|Pneumonia,0,1,058Y,M,PA,2682,2749,0.143,0.143\n"
        "00000001_001.png,Cardiomegaly,1,1,58,M,AP,2894,2729,0.143,0.143\n",
    )
    assert inspect_source(path).columns == Columns("Image Index", "Finding Labels", "Patient ID", None, "Pneumonia")
    assert attributes_of(path)["00000001_000.png"] == {"age": "058Y", "sex": "M", "view": "PA"}


def test_chexpert_columns_and_the_view_of_both_of_its_columns(tmp_path):
    path = write_list(
        tmp_path,
        "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Cardiomegaly,Pneumonia\n"
        "a.jpg,Female,68,Frontal,AP,1.0,,0.0\nb.jpg,Female,87,Lateral,,,,1.0\nc.jpg,Male,0,Frontal,,,,1.0\n",
    )
    assert inspect_source(path).columns == Columns("Path", "Pneumonia")
    assert [own["view"] for own in attributes_of(path).values()] == ["AP", "Lateral", "Frontal"]


def test_rsna_names_files_by_the_column_of_patients(tmp_path):
    path = write_list(tmp_path, "patientId,x,y,width,height,Target\nu1,1,2,3,4,1\nu2,,,,,0\n")
    assert inspect_source(path).columns == Columns("patientId", "Target", "patientId")


@pytest.mark.parametrize("name", ["Accession No", "Auftragsnummer", "Untersuchungsnummer", "numéro d'accès"])
def test_an_identifier_of_dicom_is_the_file_where_no_column_names_files(tmp_path, name):
    path = write_list(tmp_path, f"{name};Befund;Patient\nA1;ja;x\nA2;nein;y\n")
    assert inspect_source(path).columns == Columns(name, "Befund", "Patient")
    path = write_list(tmp_path, f"{name};Datei;Befund\nA1;a.png;ja\nA2;b.png;nein\n")
    assert inspect_source(path).columns == Columns("Datei", "Befund")


def test_the_sex_of_patients_is_never_taken_for_the_label(tmp_path):
    rows = "".join(f"{number}.png,{'FM'[number % 2]},{number % 3 == 0}\n" for number in range(9))
    assert inspect_source(write_list(tmp_path, "film,Geschlecht,ill\n" + rows)).columns == Columns("film", "ill")
    preview = inspect_source(write_list(tmp_path, "film,Geschlecht,ill\na.png,F,x\nb.png,M,y\n"))
    assert preview.columns is None


def test_several_columns_of_findings_are_asked_for(tmp_path):
    rows = "".join(f"{number}.png,{number % 2},{number % 3 % 2}\n" for number in range(9))
    path = write_list(tmp_path, "film,Edema,Fracture\n" + rows)
    with pytest.raises(JobFailed, match="Edema, Fracture"):
        read_dataset(path)
    assert inspect_source(path).columns is None


def test_numbers_of_folds_are_no_split(tmp_path):
    path = write_list(tmp_path, "file,label,fold\na.png,no,0\nb.png,yes,1\n")
    assert [film.split for film in read_dataset(path).films] == [None, None]
    path = write_list(tmp_path, "file,label,fold\na.png,no,train\nb.png,yes,tset\n")
    with pytest.raises(JobFailed, match="line 3 names the split 'tset'"):
        read_dataset(path)
